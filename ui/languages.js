// Labels and sentences in the reader's language. What abstracts, answers and people say stands in dir="auto" and stays as
// it is, but for what the page says itself (data-said). Other scripts get a phrase by `aaPhrase`.
() => {
  const KEPT = 'aa-language';
  const ATTRIBUTES = ['aria-label', 'placeholder', 'title'];
  const AS_THEY_ARE = '[dir="auto"], [translate="no"], code, pre, kbd, script, style, textarea, #aa-picker [role="option"], #aa-mesh [role="option"]';
  const LONGEST = 400;
  const known = ['en', ...Object.keys(catalogues)];
  const byBrowser = () => navigator.languages.map((one) => one.slice(0, 2)).find((one) => known.includes(one));
  let language = known.find((one) => one === localStorage.getItem(KEPT)) ?? byBrowser() ?? 'en';

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // What stands for a number or a time matches nothing else: "{done} of {total}" is not to be found in a journal's name.
  const NUMBERS = ['count', 'checked', 'done', 'total', 'number', 'rate', 'seconds', 'start', 'end', 'there', 'cosine'];
  const held = (name) => (NUMBERS.includes(name) ? '[\\d.,]+' : name === 'time' ? '\\d[\\d ]*(?:s|min|h)[\\d smin]*' : '.+?');
  const asPattern = (source) =>
    new RegExp(`^${source.split(/\{(\w+)\}/).map((part, at) => (at % 2 ? `(?<${part}>${held(part)})` : escaped(part))).join('')}$`);
  // "1,239" and "0.63" as the language writes them: in German 1.239 and 0,63.
  let marks = {};
  const learnMarks = () => {
    marks = Object.fromEntries(new Intl.NumberFormat(language).formatToParts(12345.6).map((part) => [part.type, part.value]));
  };
  const written = (number) => number.replace(/[,.](?=\d)/g, (mark) => (mark === ',' ? marks.group : marks.decimal));
  const THOUSANDS = /^\d{1,3}(,\d{3})+$/;
  const literal = (source) => source.replace(/\{\w+\}/g, '').length;
  const patterns = Object.fromEntries(
    Object.entries(catalogues).map(([name, texts]) => [
      name,
      Object.entries(texts)
        .filter(([source]) => source.includes('{'))
        .sort(([one], [other]) => literal(other) - literal(one))
        .map(([source, text]) => [asPattern(source), text]),
    ]),
  );
  const looked = new Map();
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const phrase = (text) => {
    const known = catalogues[language];
    if (!known || known[text]) return known?.[text] ?? text;
    const small = text.charAt(0).toLowerCase() + text.slice(1); // "Cohort" is "cohort" at the beginning of a line
    if (known[small]) return capital(known[small]);
    for (const [pattern, translated] of patterns[language]) {
      const found = pattern.exec(text);
      if (found) return translated.replace(/\{(\w+)\}/g, (_, name) => (NUMBERS.includes(name) ? written : phrase)(found.groups[name]));
    }
    return text;
  };
  // White space around a text and the dots between its parts stay.
  const translated = (text) => {
    if (language === 'en' || text.length > LONGEST) return text;
    if (!/\p{L}/u.test(text)) return THOUSANDS.test(text.trim()) ? written(text) : text;
    if (looked.size > 5000) looked.clear();
    if (!looked.has(text)) {
      const parts = text.split(/(\s*·\s*)/).map((part) => {
        const core = part.trim();
        return core ? part.replace(core, () => phrase(core.replace(/\s+/g, ' '))) : part;
      });
      looked.set(text, parts.join(''));
    }
    return looked.get(text);
  };

  // The English of what was translated, to tell a new text from our own, and to go back.
  const texts = new WeakMap();
  const attributes = new WeakMap();
  const isOurs = (element) => {
    const nearest = element?.closest(`${AS_THEY_ARE}, [data-said]`);
    return element && (!nearest || nearest.hasAttribute('data-said'));
  };
  const doText = (node) => {
    if (!isOurs(node.parentElement)) return;
    const before = texts.get(node);
    const source = before && before.shown === node.data ? before.source : node.data;
    const shown = translated(source);
    texts.set(node, { source, shown });
    if (shown !== node.data) node.data = shown;
  };
  const doAttributes = (element) => {
    if (element.closest('[translate="no"]') && element.id !== 'aa-language') return;
    const kept = attributes.get(element) ?? {};
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (!value) continue;
      const source = kept[name]?.shown === value ? kept[name].source : value;
      kept[name] = { source, shown: translated(source) };
      if (kept[name].shown !== value) element.setAttribute(name, kept[name].shown);
    }
    attributes.set(element, kept);
  };
  const doAll = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return doText(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return undefined;
    doAttributes(root);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      if (walker.currentNode.nodeType === Node.TEXT_NODE) doText(walker.currentNode);
      else doAttributes(walker.currentNode);
    }
    return undefined;
  };
  // A dropdown of one choice shows it in a field that nobody types in; the field is the browser's, not an attribute.
  const fields = new WeakMap();
  const doFields = () => {
    for (const field of document.querySelectorAll('.gradio-container input[readonly][role]')) {
      const before = fields.get(field);
      const source = before && before.shown === field.value ? before.source : field.value;
      const shown = translated(source);
      fields.set(field, { source, shown });
      if (shown !== field.value) field.value = shown;
    }
  };
  window.aaPhrase = (text) => translated(text);
  const show = () => {
    document.documentElement.lang = language;
    const select = document.getElementById('aa-language');
    if (select) select.value = language;
    looked.clear();
    learnMarks();
    doAll(document.body);
    doFields();
  };

  new MutationObserver((changes) => {
    if (language === 'en') return;
    for (const change of changes) {
      if (change.type === 'characterData') doText(change.target);
      else if (change.type === 'attributes') doAttributes(change.target);
      else for (const added of change.addedNodes) doAll(added);
    }
    requestAnimationFrame(doFields); // after Gradio has put the choice in
    const select = document.getElementById('aa-language');
    if (select && select.value !== language) select.value = language;
  }).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
  });
  document.addEventListener('change', (event) => {
    if (event.target.id !== 'aa-language') return;
    language = event.target.value;
    localStorage.setItem(KEPT, language);
    show();
  });
  show();
}
