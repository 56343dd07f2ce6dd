// What is done with the list of a library, as one event of its component; the server sorts, narrows and turns pages.
const picked = new Map();
const act = (what, more = {}) => {
  // A list that is about to be another one takes no clicks.
  if (!['pick', 'pick-none', 'save', 'add', 'undo'].includes(what)) {
    document.querySelector('#aa-list .aa-look')?.setAttribute('aria-busy', 'true');
    window.setTimeout(() => document.querySelector('#aa-list .aa-look')?.removeAttribute('aria-busy'), 8000);
  }
  trigger('act', { do: what, ...more });
};
const ids = () => [...element.querySelectorAll('input[data-do="pick"]')];

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  const conversation = event.target.closest('button[data-conversation]');
  if (conversation) {
    document.querySelector(`#aa-conversations button[data-do="open"][data-id="${conversation.dataset.conversation}"]`)?.click();
  }
  if (!button) return;
  const { do: what, ...more } = button.dataset;
  if (what === 'remove') {
    const count = button.closest('.aa-picked').querySelector('b').textContent;
    if (!window.confirm(window.aaPhrase(`Remove ${count} from this library? You can undo it.`))) return;
  }
  if (['pick-none', 'pick-found', 'remove', 'undo'].includes(what)) {
    document.querySelector('#aa-list').dispatchEvent(new CustomEvent('aa-forget', { detail: what === 'pick-none' }));
  }
  act(what, more);
});
element.addEventListener('change', (event) => {
  const field = event.target;
  const what = field.dataset.do;
  for (const box of what === 'pick' ? [field] : what === 'pick-page' ? ids() : []) picked.set(box.dataset.pmid, field.checked);
  if (what === 'pick') act('pick', { pmids: [field.dataset.pmid], on: field.checked });
  else if (what === 'pick-page') {
    for (const box of ids()) box.checked = field.checked;
    act('pick', { pmids: ids().map((box) => box.dataset.pmid), on: field.checked });
  } else if (what === 'retracted') act('retracted');
  else if (field.name === 'by' && field.form.words.value.trim()) field.form.requestSubmit();
  else if (what === 'sort') act('sort', { column: field.value });
  else if (what === 'save' && field.value) act('save', { ending: field.value });
  else if (what === 'add') {
    const isNew = field.selectedOptions[0].hasAttribute('data-new');
    const name = isNew
      ? window.prompt(window.aaPhrase('Name of the new library: letters, digits, hyphens and underscores'))
      : field.value;
    if (name?.trim()) act('add', { name: name.trim(), new: isNew });
    field.value = '';
  }
});
element.addEventListener('aa-forget', (event) => {
  picked.clear();
  if (event.detail) for (const box of ids()) box.checked = false;
});
element.addEventListener('submit', (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.matches('.aa-look-search')) act('search', { words: form.words.value, by: form.by.value });
  if (form.matches('.aa-look-years')) act('years', { first: form.first.value, last: form.last.value });
  if (form.matches('.aa-look-page')) act('page', { page: form.page.value });
});

// A new list is written into the fields of the one before, which keep what a person did to them. Boxes are as they were
// left, even where the list was made before the last click; a field that is being typed in stays.
new MutationObserver(() => {
  for (const field of element.querySelectorAll('input')) {
    const pmid = field.dataset.do === 'pick' ? field.dataset.pmid : null;
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = picked.get(pmid) ?? field.defaultChecked;
    else if (field !== document.activeElement && field.value !== field.defaultValue) field.value = field.defaultValue;
  }
}).observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-pmid', 'data-page', 'checked', 'value'] });

// What had the focus has it again when the list is written anew.
let key = null;
element.addEventListener('focusin', (event) => {
  key = event.target.dataset?.key ?? null;
});
new MutationObserver(() => {
  const isLost = document.activeElement === document.body || !document.activeElement;
  if (isLost && key) element.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`)?.focus({ preventScroll: true });
}).observe(element, { childList: true, subtree: true });
