// Keys of the page, the help that lists them, and the order of the sources.
() => {
  const OFF = 'aa-no-keys';
  const dialog = () => document.getElementById('aa-help');
  const showHelp = () => {
    document.getElementById('aa-keys').checked = !localStorage.getItem(OFF);
    dialog().showModal();
  };

  // The sources on the tab that is open, one of them further on or back.
  const toSource = (step) => {
    const cards = [...document.querySelectorAll('.aa-card')].filter((card) => card.checkVisibility());
    if (!cards.length) return;
    const at = cards.indexOf(document.activeElement.closest('.aa-card'));
    const card = cards[Math.min(Math.max(at + step, 0), cards.length - 1)];
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: 'start' });
  };
  const keys = {
    '/': () => document.querySelector('#aa-question textarea')?.focus(),
    j: () => toSource(1),
    k: () => toSource(-1),
    '?': showHelp,
  };
  document.addEventListener('keydown', (event) => {
    const isTyped = event.target.closest?.('input, textarea, select, [contenteditable], dialog');
    if (isTyped || event.ctrlKey || event.altKey || event.metaKey || localStorage.getItem(OFF)) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  document.addEventListener('click', (event) => {
    if (event.target.closest?.('[data-help]')) showHelp();
    if (event.target === dialog() || event.target.closest?.('#aa-help [data-close]')) dialog().close();
  });
  document.addEventListener('change', (event) => {
    if (event.target.id === 'aa-keys') {
      if (event.target.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, '1');
    }
    const order = event.target.closest?.('select[data-order]');
    if (!order) return;
    const first = order.value === 'year' ? (card) => -card.dataset.year : (card) => Number(card.dataset.number);
    const sources = order.closest('.aa-sources');
    const cards = [...sources.querySelectorAll(':scope > .aa-card')];
    cards.sort((one, other) => first(one) - first(other) || one.dataset.number - other.dataset.number);
    order.closest('p').after(...cards);
  });
}
