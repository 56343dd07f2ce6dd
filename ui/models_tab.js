// A model that is to be offered no more, as an event of the list.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-remove]');
  if (button) trigger('remove', { name: button.dataset.remove });
});
