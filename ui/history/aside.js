// What is done with a kept conversation, as an event of the list.
document.querySelector('#aa-aside .toggle-button')?.setAttribute('aria-label', 'Show or hide the conversations');
const events = ['open', 'remove', 'restore'];
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  const { do: what, id, name } = button.dataset;
  if (events.includes(what)) trigger(what, { conversation: id });
  // On a phone the list covers the conversation that was chosen of it.
  if (what === 'open' && window.innerWidth < 768) document.querySelector('#aa-aside .toggle-button')?.click();
  if (what !== 'rename') return;
  const wanted = window.prompt(window.aaPhrase('Name of this conversation'), name);
  if (wanted?.trim()) trigger('rename', { conversation: id, name: wanted });
});
