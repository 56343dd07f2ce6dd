// What is done with a library as a whole, as one event of the component.
const act = (what, more = {}) => trigger('act', { do: what, ...more });
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  const what = button.dataset.do;
  if (what === 'stop') act(what, { id: button.dataset.id });
  else if (what === 'rebuild') act(what, { encoder: element.querySelector('[name="encoder"]').value });
  else if (what === 'copy' || what === 'rename') {
    const name = window.prompt(window.aaPhrase('Its new name: letters, digits, hyphens and underscores'));
    if (name?.trim()) act(what, { name });
  } else if (what === 'delete') {
    const { name } = button.closest('.aa-keep').dataset;
    if (!window.confirm(window.aaPhrase(`Delete “${name}” with all its abstracts, for good?`))) return;
    const typed = window.prompt(window.aaPhrase(`Type ${name} to delete it`));
    if (typed !== null) act('delete', { typed });
  } else act(what);
});
