// Where texts of a chart lie on each other, or a text or the page leaves the window.
(() => {
	const found = [];
	let count = 0;
	const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
	for (const chart of document.querySelectorAll('svg[role=img]')) {
		if (!shown(chart)) continue;
		const name = (chart.querySelector('title') || {}).textContent;
		const texts = [...chart.querySelectorAll('text')].filter(shown).map(e => ({ says: e.textContent, at: e.getBoundingClientRect() })).filter(t => t.at.width > 0);
		count += texts.length;
		texts.forEach((a, i) => {
			if (a.at.left < -1 || a.at.right > innerWidth + 1) found.push(`${name}: "${a.says}" leaves the window`);
			for (const b of texts.slice(i + 1)) {
				const wide = Math.min(a.at.right, b.at.right) - Math.max(a.at.left, b.at.left);
				const high = Math.min(a.at.bottom, b.at.bottom) - Math.max(a.at.top, b.at.top);
				// A line's box is higher than its letters: what overlaps by less cannot be seen.
				if (wide > 1.5 && high > 4) found.push(`${name}: "${a.says}" lies on "${b.says}"`);
			}
		});
	}
	if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
	return { count, found };
})()
