// What is done with a job, as one event of the component; a job that was begun here comes into view.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (button) trigger('act', { do: button.dataset.do, id: button.dataset.id, name: button.dataset.name });
});
let known = null;
new MutationObserver(() => {
  const running = [...element.querySelectorAll('.aa-job[data-state="running"]')];
  const fresh = running.find((job) => known && !known.has(job.dataset.id));
  known = new Set([...element.querySelectorAll('.aa-job')].map((job) => job.dataset.id));
  if (fresh?.checkVisibility()) fresh.scrollIntoView({ block: 'nearest' });
}).observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-id'] });
