// The one script of the studies pages: values of figures under the pointer or the arrow keys, and studies that run.
'use strict';

for (const figure of document.querySelectorAll('figure')) {
  const svg = figure.querySelector('.marks');
  const marks = svg ? [...svg.querySelectorAll('rect')] : [];
  if (!marks.length) continue;
  const value = document.createElement('output');
  value.className = 'value';
  value.textContent = 'Point at a mark to read its value; with the keyboard, arrow keys go from mark to mark.';
  figure.querySelector('.drawn').after(value);
  svg.removeAttribute('aria-hidden');
  svg.setAttribute('role', 'img');
  svg.setAttribute('tabindex', '0');
  svg.setAttribute('aria-label', 'Values of this figure; arrow keys go from mark to mark');
  let at = -1;
  const show = next => {
    if (at >= 0) marks[at].classList.remove('here');
    at = (next + marks.length) % marks.length;
    marks[at].classList.add('here');
    value.textContent = marks[at].querySelector('title').textContent;
  };
  marks.forEach((mark, place) => {
    mark.addEventListener('pointerenter', () => show(place));
    mark.addEventListener('click', () => show(place));
  });
  svg.addEventListener('keydown', event => {
    const way = {ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1}[event.key];
    if (!way) return;
    event.preventDefault();
    show(at < 0 && way < 0 ? marks.length - 1 : at + way);
  });
}

const EVERY = 2000;  // Milliseconds.
const running = () => [...document.querySelectorAll('#studies tr[data-status=running]')];

async function follow() {
  if (!running().length) return;
  try {
    const told = await (await fetch('/studies/standing.json')).json();
    for (const row of running()) {
      const now = told[row.dataset.study];
      if (!now) continue;
      const bar = row.querySelector('progress'), done = row.querySelector('.done');
      if (bar && now.planned) {
        bar.value = now.done;
        done.textContent = `${now.done.toLocaleString('en')} of ${now.planned.toLocaleString('en')} runs`;
      }
      if (now.status === 'running') continue;
      row.dataset.status = now.status;
      row.querySelector('.status').textContent = now.status === 'finished' ? now.status : `${now.status}: not finished`;
      row.querySelector('.finding').textContent = now.finding;
      document.getElementById('news').textContent = `${row.dataset.study} is ${now.status}.`;
    }
  } catch { /* The server ended, or is too busy to answer: the next time tells. */ }
  setTimeout(follow, EVERY);
}
setTimeout(follow, EVERY);
