// Tabs, copying and scrolling by keyboard. Without this file the book is complete: columns that
// have no room beside each other stand below each other.
'use strict';

// Where one column is shown at a time, its name is remembered: for all groups of this book.
const remembered = {
    key: 'side-by-side',
    get() {
        try { return localStorage.getItem(this.key); } catch { return null; }
    },
    set(name) {
        try { localStorage.setItem(this.key, name); } catch { /* private windows may forbid it */ }
    },
};

const groups = Array.from(document.querySelectorAll('.side-by-side'), makeTabs);

function makeTabs(element, number) {
    const columns = Array.from(element.querySelectorAll(':scope > .column'));
    const list = document.createElement('div');
    list.className = 'tabs';
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', 'Choose a column');
    const tabs = columns.map((column, place) => {
        const tab = document.createElement('button');
        tab.type = 'button';
        tab.textContent = column.dataset.name;
        tab.setAttribute('role', 'tab');
        tab.id = `tab-${number}-${place}`;
        column.id = `column-${number}-${place}`;
        tab.setAttribute('aria-controls', column.id);
        tab.addEventListener('click', () => choose(tab.textContent, tab));
        tab.addEventListener('keydown', (event) => moveFocus(event, tabs, place));
        list.append(tab);
        return tab;
    });
    element.prepend(list);
    return { element, columns, tabs };
}

// The arrow keys go round, as the ARIA practices for tabs have it.
function moveFocus(event, tabs, place) {
    const last = tabs.length - 1;
    const to = {
        ArrowRight: place === last ? 0 : place + 1,
        ArrowLeft: place === 0 ? last : place - 1,
        Home: 0,
        End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // mdBook's arrow keys turn to another chapter
    tabs[to].focus();
    choose(tabs[to].textContent, tabs[to]);
}

// Shows the columns of this name in all groups; the tab that was used stays where it is.
function choose(name, tab) {
    remembered.set(name);
    const before = tab.getBoundingClientRect().top;
    groups.forEach((group) => show(group, name));
    window.scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: 'instant' });
}

function show({ columns, tabs }, name) {
    const known = columns.findIndex((column) => column.dataset.name === name);
    if (known < 0 && columns.some((column) => column.classList.contains('chosen'))) return;
    columns.forEach((column, place) => {
        const chosen = place === Math.max(known, 0);
        column.classList.toggle('chosen', chosen);
        tabs[place].setAttribute('aria-selected', chosen);
        tabs[place].tabIndex = chosen ? 0 : -1;
    });
}

// Tabs or columns: style.css knows how much room there is.
function arrange({ element, columns, tabs }) {
    element.classList.remove('tabbed');
    const tabbed = getComputedStyle(element).display !== 'grid';
    element.classList.toggle('tabbed', tabbed);
    columns.forEach((column, place) => {
        column.setAttribute('role', tabbed ? 'tabpanel' : 'group');
        if (tabbed) {
            column.setAttribute('aria-labelledby', tabs[place].id);
        } else {
            column.removeAttribute('aria-labelledby'); // its aria-label counts again
        }
    });
}

groups.forEach((group) => show(group, remembered.get()));
let width;
new ResizeObserver(([content]) => {
    if (content.contentRect.width !== width) {
        width = content.contentRect.width;
        groups.forEach(arrange);
    }
}).observe(document.getElementById('mdbook-content'));
groups.forEach(arrange);

// Columns that are compared scroll sideways together.
for (const { columns } of groups) {
    const boxes = columns.map((column) => column.querySelector('.codes'));
    for (const box of boxes) {
        box.addEventListener('scroll', () => {
            boxes.filter((other) => other.scrollLeft !== box.scrollLeft)
                .forEach((other) => { other.scrollLeft = box.scrollLeft; });
        }, { passive: true });
    }
}

// A box that scrolls sideways does so by keyboard, where mdBook would turn to another chapter.
for (const box of document.querySelectorAll('.codes, .diff > .code, .content pre > code')) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    box.addEventListener('keydown', (event) => {
        const sideways = ['ArrowLeft', 'ArrowRight'].includes(event.key);
        if (sideways && box.scrollWidth > box.clientWidth) event.stopPropagation();
    });
}

// Colours of code, as book.js gives them to the blocks that it knows.
document.querySelectorAll('.column .code').forEach((code) => hljs.highlightBlock(code));

// A button that copies a column, or a diff. mdBook brings clipboard.js.
function addCopy(to, text) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    to.append(button);
    new ClipboardJS(button, { text }).on('success', () => {
        button.textContent = 'Copied';
        setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    });
}
const textOf = (codes) => Array.from(codes, (code) => code.textContent).join('');
for (const column of document.querySelectorAll('.column')) {
    const codes = column.querySelectorAll('.code');
    addCopy(column.querySelector('.column-name'), () => textOf(codes));
}
for (const diff of document.querySelectorAll('.diff')) {
    addCopy(diff.querySelector('figcaption'), () => diff.querySelector('.code').textContent);
}

// This book has two themes: mdBook's names for the others lead to one of them.
const themes = document.getElementById('mdbook-theme-list');
const dark = document.getElementById('mdbook-theme-navy');
dark.textContent = 'Dark';
document.getElementById('mdbook-theme-light').parentNode.after(dark.parentNode);
for (const name of ['rust', 'coal', 'ayu']) {
    document.getElementById(`mdbook-theme-${name}`).parentNode.hidden = true;
    themes.append(document.getElementById(`mdbook-theme-${name}`).parentNode);
}
