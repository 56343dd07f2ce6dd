// The map of a library: a click on a dot opens it, a line drawn around dots chooses them.
const drawing = () => element.querySelector('.aa-drawing');
let line = [];
let outline = null;
let inside = [];

const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing().getScreenCTM().inverse());
const isWithin = (x, y) => {
  let within = false;
  line.forEach((one, number) => {
    const other = line[(number + 1) % line.length];
    if (one.y > y !== other.y > y && x < ((other.x - one.x) * (y - one.y)) / (other.y - one.y) + one.x) within = !within;
  });
  return within;
};
const light = (dots) => {
  for (const dot of element.querySelectorAll('circle.aa-lit')) dot.classList.remove('aa-lit');
  for (const dot of dots) dot.classList.add('aa-lit');
};
const tell = () => {
  const told = element.querySelector('.aa-lassoed');
  told.hidden = !inside.length;
  told.querySelector('span').textContent = `${inside.length} abstract${inside.length === 1 ? '' : 's'} encircled.`;
};
const finish = () => {
  if (!outline) return;
  inside = [...drawing().querySelectorAll('circle')].filter((dot) => isWithin(dot.cx.baseVal.value, dot.cy.baseVal.value));
  outline.remove();
  outline = null;
  light(inside);
  tell();
};

element.addEventListener('pointerdown', (event) => {
  // A finger scrolls: by touch the groups are chosen.
  if (event.pointerType === 'touch' || event.button || !event.target.closest('.aa-drawing')) return;
  line = [at(event)];
});
element.addEventListener('pointermove', (event) => {
  if (!line.length || !(event.buttons & 1)) return;
  line.push(at(event));
  if (!outline && line.length > 4) {
    outline = document.createElementNS('http://www.w3.org/2000/svg', 'polygon');
    outline.setAttribute('class', 'aa-lasso');
    drawing().append(outline);
  }
  outline?.setAttribute('points', line.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(' '));
  event.preventDefault();
});
document.addEventListener('pointerup', () => {
  finish();
  line = [];
});
element.addEventListener('click', (event) => {
  const dot = event.target.closest('circle[data-pmid]');
  const open = event.target.closest('button[data-open]');
  const group = event.target.closest('button[data-group]');
  if (dot) light([dot]);
  if (dot || open) trigger('open', { pmid: dot ? dot.dataset.pmid : open.dataset.open });
  else if (group) trigger('choose', { group: group.dataset.group, pmids: null });
  else if (event.target.closest('button[data-lassoed]')) {
    trigger('choose', { group: null, pmids: inside.map((one) => one.dataset.pmid) });
  }
});
