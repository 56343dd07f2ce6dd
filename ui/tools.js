// What is done with an answer on the page itself: its address, the clipboard, print. Delegated from the document.
() => {
  const toast = document.createElement('p');
  toast.className = 'aa-toast';
  toast.setAttribute('role', 'status');
  document.body.append(toast);
  let hiding = 0;
  const say = (text) => {
    toast.textContent = text;
    clearTimeout(hiding);
    hiding = setTimeout(() => { toast.textContent = ''; }, 4000);
  };

  // The address names the conversation on the page, and the turn or the sentence that was looked at last, also where it
  // was looked at before the conversation had its name: the name comes a moment after the answer.
  let known = null;
  let lookedAt = null;
  const addressOf = (turn, sentence) => {
    const url = new URL(location.href);
    url.searchParams.set('turn', turn);
    url.hash = `turn-${turn}${sentence ? `-${sentence}` : ''}`;
    return url;
  };
  const keepLookedAt = () => {
    if (lookedAt) history.replaceState(null, '', addressOf(...lookedAt));
    lookedAt = null;
  };
  const keepAddress = () => {
    const id = document.getElementById('aa-present-conversation')?.dataset.id;
    if (id === undefined || id === known) return;
    const url = new URL(location.href);
    if (id !== url.searchParams.get('conversation') && (id || known)) {
      for (const name of ['conversation', 'turn']) url.searchParams.delete(name);
      url.hash = '';
      if (id) url.searchParams.set('conversation', id);
      history.replaceState(null, '', url);
    }
    known = id;
    if (id) keepLookedAt();
    lookedAt = null;
  };
  const sentencesOf = (turn) => turn.querySelectorAll('.aa-answer:not(.aa-before) .aa-sentence');

  // Once, when the conversation that the address names has come: its turn, or the sentence with its quote.
  let wanted = /^#turn-(\d+)(?:-s(\d+))?$/.exec(location.hash);
  const goThere = () => {
    const turn = wanted && document.getElementById(`turn-${wanted[1]}`);
    if (!turn || !turn.querySelector('.aa-how, .aa-notice')) return;
    const sentence = sentencesOf(turn)[wanted[2] - 1];
    wanted = null;
    setTimeout(() => {
      turn.scrollIntoView({ block: 'start' });
      sentence?.scrollIntoView({ block: 'center' });
      sentence?.classList.add('aa-linked');
      sentence?.querySelector('.aa-cite')?.click();
    });
  };
  new MutationObserver(() => {
    keepAddress();
    if (wanted) goThere();
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ['data-id'] });

  // By the old way of copying, which needs no https either.
  const copy = (texts) => {
    const held = document.createElement('textarea');
    held.value = texts['text/plain'];
    const fill = (event) => {
      event.preventDefault();
      for (const [type, text] of Object.entries(texts)) event.clipboardData.setData(type, text);
    };
    document.body.append(held);
    held.select();
    document.addEventListener('copy', fill, { once: true });
    const isCopied = document.execCommand('copy');
    document.removeEventListener('copy', fill);
    held.remove();
    say(isCopied ? 'Copied' : 'The browser does not let this page copy');
  };
  const textsOf = (kind, turn) => {
    const { plain, formatted } = turn.querySelector('template[data-plain]').dataset;
    if (kind === 'formatted') return { 'text/plain': plain, 'text/html': formatted };
    if (kind === 'plain') return { 'text/plain': plain };
    if (kind === 'link') {
      const lit = [...sentencesOf(turn)].findIndex((one) => one.querySelector('.aa-cite.aa-lit'));
      return { 'text/plain': addressOf(turn.dataset.turn, lit < 0 ? '' : `s${lit + 1}`).href };
    }
    const { href } = turn.querySelector('a[download="answer.md"]');
    return { 'text/plain': decodeURIComponent(href.slice(href.indexOf(',') + 1)) };
  };

  document.addEventListener('click', (event) => {
    const target = event.target.closest?.('[data-copy], [data-print], .aa-cite');
    const turn = target?.closest('.aa-turn');
    if (!turn) return;
    if (target.dataset.copy) {
      target.closest('details').open = false;
      target.closest('details').querySelector('summary').focus();
      copy(textsOf(target.dataset.copy, turn));
    } else if ('print' in target.dataset) {
      turn.querySelector('.aa-answer:not(.aa-before) .aa-cite')?.click();
      window.print();
    } else if (target.dataset.turn === turn.dataset.turn) {
      lookedAt = [turn.dataset.turn, target.dataset.sentence.replace(/^s0$/, '')];
      if (known) keepLookedAt();
    }
  });
}
