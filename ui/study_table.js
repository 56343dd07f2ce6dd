// Sort, filter, and show or hide columns of the table of studies, in the browser alone.
const all = (selector) => [...element.querySelectorAll(selector)];
const compare = new Intl.Collator(undefined, { numeric: true }).compare;

const showColumn = (column, isShown) => {
  for (const cell of all(`[data-column="${column}"]`)) cell.hidden = !isShown;
};

const sortBy = (heading) => {
  const isFalling = heading.getAttribute('aria-sort') === 'ascending';
  for (const other of all('th[aria-sort]')) other.removeAttribute('aria-sort');
  heading.setAttribute('aria-sort', isFalling ? 'descending' : 'ascending');
  const value = (row) => row.querySelector(`td[data-column="${heading.dataset.column}"]`).dataset.value;
  const rows = all('tbody tr').filter((row) => row.closest('.aa-table-scroll'));
  rows.sort((one, other) => {
    // Empty cells stand last in either order.
    if (!value(one) || !value(other)) return Number(!value(one)) - Number(!value(other));
    return (isFalling ? -1 : 1) * compare(value(one), value(other));
  });
  rows[0]?.parentNode.append(...rows);
};

const keepOnly = (text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = all('.aa-table-scroll tbody tr');
  for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  const shown = rows.filter((row) => !row.hidden).length;
  const status = element.querySelector('.aa-shown');
  if (status) status.textContent = words.length ? `${shown} of ${rows.length} abstracts` : `${rows.length} abstracts`;
};

element.addEventListener('click', (event) => {
  const sort = event.target.closest('.aa-sort');
  if (sort) sortBy(sort.closest('th'));
  const more = event.target.closest('button[data-table]');
  if (more) trigger('table', { turn: more.dataset.table, top: more.dataset.top });
});
element.addEventListener('input', (event) => {
  if (event.target.matches('.aa-only')) keepOnly(event.target.value);
  if (event.target.matches('.aa-columns input')) showColumn(event.target.value, event.target.checked);
});
