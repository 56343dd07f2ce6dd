// What is pressed in an answer, as an event of the component that holds it.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { question, literal, table, again, rate, turn } = button.dataset;
  if (question) trigger('example', { question });
  if (literal) trigger('literal', { question: literal });
  if (table) trigger('table', { turn: table });
  if (again) trigger('again', { turn: again });
  if (!rate) return;
  // What is pressed a second time is taken back.
  const mark = button.getAttribute('aria-pressed') === 'true' ? '0' : rate;
  for (const other of button.parentElement.children) other.setAttribute('aria-pressed', String(other.dataset.rate === mark));
  const form = element.querySelector(`form.aa-remark[data-turn="${turn}"]`);
  form.hidden = mark === '0';
  trigger('rate', { turn, mark, remark: form.remark.value });
});
element.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  const pressed = element.querySelector(`button[data-rate][data-turn="${form.dataset.turn}"][aria-pressed="true"]`);
  trigger('rate', { turn: form.dataset.turn, mark: pressed?.dataset.rate ?? '0', remark: form.remark.value });
  const said = form.querySelector('.aa-kept-here');
  said.textContent = `${said.textContent.trim().replace(/ ✓$/, '')} ✓`;
});
