// What a click or a key does on the page itself. Delegated from the document, so that it holds for answers yet to come.
() => {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  let cameFrom = null;

  const bring = (element, block) => element.scrollIntoView({ block, behavior: calm.matches ? 'auto' : 'smooth' });

  const showSourcesOf = (turn) => {
    for (const sources of document.querySelectorAll('.aa-sources')) sources.hidden = sources.dataset.turn !== turn;
  };

  const dim = () => {
    for (const lit of document.querySelectorAll('.aa-lit')) lit.classList.remove('aa-lit');
  };

  // Show the card that a citation names, open the whole abstract and light the sentence's quotes in it.
  const follow = (citation) => {
    const card = document.getElementById(citation.getAttribute('href').slice(1));
    if (!card) return;
    const table = citation.closest('.aa-study-table, #aa-mapped, #aa-opened');
    if (table) for (const other of table.querySelectorAll('.aa-card')) other.hidden = other !== card;
    else showSourcesOf(citation.dataset.turn);
    dim();
    const whole = card.querySelector('.aa-whole');
    if (whole) whole.open = true;
    const cited = [...card.querySelectorAll(`[data-cites~="${citation.dataset.sentence}"]`)];
    for (const lit of [card, citation, ...cited]) lit.classList.add('aa-lit');
    cameFrom = citation;
    card.focus({ preventScroll: true });
    // The top of the card first, so that its title is seen too where both fit; then the quote, which must be seen.
    const quote = cited.find((mark) => mark.closest('.aa-whole')) || cited[0] || card;
    bring(card.offsetHeight < window.innerHeight * 0.6 ? card : quote, 'center');
  };

  const goBack = () => {
    if (!cameFrom || !cameFrom.isConnected) return;
    dim();
    cameFrom.focus({ preventScroll: true });
    bring(cameFrom, 'center');
    cameFrom = null;
  };

  // The SVG of a link drawn on a canvas of twice its size, and saved as PNG.
  const savePng = (link) => {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      const saved = document.createElement('a');
      [saved.href, saved.download] = [canvas.toDataURL('image/png'), link.download];
      saved.click();
    };
    image.src = link.href;
  };

  document.addEventListener('click', (event) => {
    const png = event.target.closest?.('.aa-save-png');
    if (png) {
      event.preventDefault();
      savePng(png);
      return;
    }
    const citation = event.target.closest?.('.aa-cite, .aa-fact');
    if (citation) {
      event.preventDefault();
      follow(citation);
    } else if (event.target.closest?.('.aa-back')) {
      goBack();
    }
  });

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') goBack();
  });

  // Between a question and the server's first word, which comes late when many people ask at once.
  const waiting = document.createElement('p');
  waiting.className = 'aa-pending aa-waiting';
  waiting.setAttribute('role', 'status');
  waiting.innerHTML = 'Waiting for its turn<span aria-hidden="true">…</span>';
  const box = () => document.querySelector('#aa-question textarea');
  const isAsked = () => {
    if (box()?.value.trim()) document.getElementById('aa-scroll').append(waiting);
  };
  document.addEventListener('click', (event) => event.target.closest?.('#aa-send') && isAsked(), true);
  document.addEventListener(
    'keydown',
    (event) => event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.target === box() && isAsked(),
    true,
  );

  // A new question is brought to the top and stays there while its answer grows, unless the reader scrolls away.
  let newest = 0;
  let isFollowing = false;
  const letGo = () => {
    isFollowing = false;
  };
  for (const kind of ['wheel', 'touchmove', 'pointerdown']) document.addEventListener(kind, letGo, { passive: true });

  const announce = (region) => {
    region.setAttribute('aria-live', 'polite');
    region.setAttribute('role', 'log');
    region.setAttribute('aria-label', 'Answer');
  };

  const changed = () => {
    const region = document.getElementById('aa-present');
    if (!region) return;
    if (!region.hasAttribute('aria-live')) announce(region);
    const turn = region.querySelector('.aa-turn');
    const number = turn ? Number(turn.dataset.turn) : 0;
    if (number !== newest || region.querySelector('.aa-notice')) waiting.remove();
    if (number !== newest) {
      newest = number;
      cameFrom = null;
      isFollowing = number > 0;
    }
    if (!isFollowing || !turn) return;
    turn.scrollIntoView({ block: 'start' });
    if (turn.querySelector('.aa-how, .aa-notice')) letGo();
  };
  new MutationObserver(changed).observe(document.body, {
    childList: true,
    subtree: true,
    characterData: true,
    attributeFilter: ['data-turn'],
  });
  changed();
}
