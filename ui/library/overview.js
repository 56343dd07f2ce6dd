// Questions are asked as if they had been typed, conversations opened by the list at the side, an empty library filled.
const press = (selector) => document.querySelector(selector)?.click();
const tab = (id) => press(`[role="tab"][data-tab-id="${id}"]`);

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { asks, conversation, lead } = button.dataset;
  if (asks) {
    const box = document.querySelector('#aa-question textarea');
    box.value = asks;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    window.setTimeout(() => press('#aa-send'), 50);
  }
  if (conversation) press(`#aa-conversations button[data-do="open"][data-id="${conversation}"]`);
  if (lead === 'abstracts') tab('abstracts');
  else if (lead) {
    tab('library');
    window.setTimeout(() => {
      document.querySelector('#aa-target input[value="The library chosen above"]')?.click();
      const field = document.querySelector(lead);
      field?.scrollIntoView({ block: 'center' });
      (field?.querySelector('textarea, input, button') ?? field)?.focus();
    }, 300);
  }
});
