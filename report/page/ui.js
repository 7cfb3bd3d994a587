(function () {
	'use strict';
	// What stands already is made easier to read: tips, keys, and the same phase found in charts and tables. Nothing is drawn here.
	var D = document, tip = D.getElementById('tip'), live = D.getElementById('live'), current = null;
	D.documentElement.classList.add('scripted');
	D.querySelectorAll('svg .m>title,svg .bar>title').forEach(function (t) { t.parentNode.setAttribute('data-t', t.textContent); t.remove(); });

	// A phase also belongs to the point of its number of agents (data-g), and that to all its phases.
	function all(mark) {
		var key = mark.getAttribute('data-k'), point = mark.getAttribute('data-g');
		return key ? D.querySelectorAll('[data-k="' + key + '"],[data-g="' + key + '"]' + (point ? ',[data-k="' + point + '"]' : '')) : [];
	}
	// Brings a row into view in its own box; the page stays where it is.
	function reveal(tr) {
		var box = tr.closest('.tw'), head = tr.closest('table').tHead.offsetHeight;
		if (!box || !tr.offsetHeight || box.scrollHeight <= box.clientHeight) return;
		var r = tr.getBoundingClientRect(), b = box.getBoundingClientRect();
		box.scrollTop += Math.min(0, r.top - b.top - head) + Math.max(0, r.bottom - b.bottom);
	}
	function row(key) { return key && D.querySelector('tr[data-k="' + key + '"]'); }
	// The facts of a mark are those of its row, where it has one.
	function facts(mark) {
		var text = mark.getAttribute('data-t') || '', tr = row(mark.getAttribute('data-k'));
		if (!tr) return text;
		var head = tr.closest('table').querySelectorAll('thead th');
		return text + [].map.call(tr.cells, function (cell, i) { return i ? '\n' + head[i].textContent + ': ' + cell.textContent : ''; }).join('');
	}
	function show(mark, say, beside) {
		if (current && current !== mark) hide();
		if (!mark) return;
		current = mark;
		mark.classList.add('on');
		all(mark).forEach(function (e) {
			e.classList.add('on');
			if (!beside && e.tagName === 'TR') reveal(e);
		});
		if (beside && !mark.classList.contains('inv')) return; // a row has the facts
		var text = facts(mark);
		if (!text) return;
		tip.textContent = text;
		var r = (mark.querySelector('use,.vl') || mark).getBoundingClientRect(), w = tip.offsetWidth, h = tip.offsetHeight;
		var x = r.left + r.width / 2 + 14, y = r.top - h - 8;
		if (beside || x + w > innerWidth - 8) x = r.left - w - 14;
		x = Math.max(8, Math.min(x, innerWidth - w - 8));
		if (y < 8) y = Math.min(r.bottom + 10, innerHeight - h - 8);
		tip.style.transform = 'translate(' + Math.round(x) + 'px,' + Math.round(Math.max(8, y)) + 'px)';
		tip.classList.add('on');
		if (say) live.textContent = text.replace(/\n/g, '. ');
	}
	function hide() {
		D.querySelectorAll('.m.on,.bar.on,tr.on').forEach(function (e) { e.classList.remove('on'); });
		tip.classList.remove('on');
		current = null;
	}
	function marks(plot) { return [].filter.call(plot.querySelectorAll('.m,.bar'), function (e) { return e.getClientRects().length; }); }
	function nearest(plot, x, y) {
		var found = null, least = 28 * 28;
		marks(plot).forEach(function (e) {
			if (e.classList.contains('bar')) {
				var box = e.getBoundingClientRect();
				if (y >= box.top && y <= box.bottom) { found = e; least = 0; }
				return;
			}
			var r = e.querySelector('use').getBoundingClientRect(), dx = r.left + r.width / 2 - x, dy = r.top + r.height / 2 - y;
			if (dx * dx + dy * dy < least) { least = dx * dx + dy * dy; found = e; }
		});
		return found;
	}
	function markOf(tr) { var k = tr.getAttribute('data-k'), near = tr.closest('figure'); return near.querySelector('svg [data-k="' + k + '"]') || D.querySelector('svg [data-k="' + k + '"]') || tr; }

	['pointermove', 'pointerdown'].forEach(function (type) { D.addEventListener(type, point); });
	function point(e) {
		var at = e.target.closest ? e.target : null, plot = at && at.closest('.plot'), tr = at && at.closest('tr[data-k]');
		if (plot) { var m = nearest(plot, e.clientX, e.clientY); if (m) show(m); else hide(); } else if (tr) show(markOf(tr), false, true); else hide();
	}
	D.addEventListener('keydown', function (e) {
		if (e.key === 'Escape') return hide();
		var plot = D.activeElement;
		if (!plot || !plot.classList.contains('plot')) return;
		var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
		if (!step && e.key !== 'Home' && e.key !== 'End') return;
		var list = marks(plot), i = list.indexOf(current);
		if (!list.length) return;
		e.preventDefault();
		i = e.key === 'Home' ? 0 : e.key === 'End' ? list.length - 1 : i < 0 ? (step > 0 ? 0 : list.length - 1) : (i + step + list.length) % list.length;
		show(list[i], true);
	});
	D.addEventListener('focusout', hide);
	addEventListener('scroll', hide, { passive: true });
	D.addEventListener('focusin', function (e) { var tr = e.target.closest('tr[data-k]'); if (tr) show(markOf(tr), false, true); });
	D.addEventListener('click', function (e) {
		var play = e.target.closest('.play'), link = e.target.closest('.ph a');
		if (play) {
			var svg = play.closest('.srch').querySelector('svg.c');
			svg.classList.remove('anim');
			void svg.getBoundingClientRect();
			svg.classList.add('anim');
		}
		if (link) { e.preventDefault(); show(markOf(link.closest('tr')), true); }
	});
	// A system that is pointed at in the row of systems stands out.
	function light(e, on) {
		var label = e.target.closest && e.target.closest('.key label');
		if (!label) return;
		var part = label.closest('section');
		part.classList.toggle('dim', on);
		part.querySelectorAll('.' + label.getAttribute('data-s')).forEach(function (x) { x.classList.toggle('hi', on); });
	}
	D.addEventListener('mouseover', function (e) { light(e, true); });
	D.addEventListener('mouseout', function (e) { light(e, false); });
	addEventListener('beforeprint', function () { D.querySelectorAll('details').forEach(function (d) { d.dataset.was = d.open; d.open = true; }); });
	addEventListener('afterprint', function () { D.querySelectorAll('details').forEach(function (d) { d.open = d.dataset.was === 'true'; }); });
})();
