// The distinct texts that are displayed, but for those of controls and names cut to the width.
(() => {
	const out = new Set();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const text = walk.currentNode.textContent.trim(), at = walk.currentNode.parentElement;
		if (text && at.checkVisibility() && !at.closest('script,style,title,desc,legend,label,button,summary,[aria-live],#tip,.wd,.nw')) out.add(text);
	}
	return [...out];
})()
