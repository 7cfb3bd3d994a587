// Where the marks of a figure are not where its table and its axes say. x and y are the heads of
// the columns. Returns how many marks were checked, and what is wrong.
((title, x, y) => {
	const figure = [...document.querySelectorAll('figure')].find(f => f.checkVisibility() && f.querySelector('h3').textContent === title);
	if (!figure) return { count: 0, found: ['there is no figure ' + title] };
	const number = text => parseFloat(text.replace(/[^0-9.e-]/g, ''));
	const svg = figure.querySelector('svg[role=img]');
	const middle = e => { const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; };
	// The axes are read off the drawing: their first and last ticks, and what is written there.
	const axis = (lines, texts, at, title) => {
		const log = svg.querySelector(title).textContent.includes('log scale');
		const f = v => log ? Math.log(v) : v;
		const a = [f(number(texts[0].textContent)), middle(lines[0])[at]];
		const b = [f(number(texts.at(-1).textContent)), middle(lines.at(-1))[at]];
		return v => a[1] + (f(v) - a[0]) / (b[0] - a[0]) * (b[1] - a[1]);
	};
	const all = s => [...svg.querySelectorAll(s)];
	const along = axis(all('.tick'), all('.tx'), 0, '.at.te'), up = axis(all('.grid'), all('.ty'), 1, '.at.tt');
	const found = [];
	let count = 0;
	const drawn = new Set();
	for (const mark of svg.querySelectorAll('.ser .m[data-k]')) {
		const row = [...document.querySelectorAll(`tr[data-k="${mark.dataset.k}"]`)].find(r => {
			const heads = [...r.closest('table').querySelectorAll('thead th')].map(h => h.textContent);
			return heads.includes(x) && heads.includes(y);
		});
		if (!row) { found.push(`mark ${mark.dataset.k} has no row`); continue; }
		drawn.add(mark.dataset.k);
		if (mark.classList.contains('inv')) continue; // may be off the scale
		const heads = [...row.closest('table').querySelectorAll('thead th')].map(h => h.textContent);
		const want = [along(number(row.cells[heads.indexOf(x)].textContent)), up(number(row.cells[heads.indexOf(y)].textContent))];
		const got = middle(mark.querySelector('use'));
		count++;
		// Tables have three digits, and positions are rounded to a thousandth of the width.
		if (Math.abs(got[0] - want[0]) > 4 || Math.abs(got[1] - want[1]) > 3)
			found.push(`mark ${mark.dataset.k} is at ${got.map(Math.round)}, and its row says ${want.map(Math.round)}`);
	}
	for (const line of svg.querySelectorAll('.ser')) if (line.checkVisibility() && !line.querySelector('.m')) found.push('a series has no marks');
	return { count, found };
})
