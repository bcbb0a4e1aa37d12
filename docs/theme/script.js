// Tabs, copying and scrolling by keyboard. Without this file the book is complete: columns that
// have no room beside each other stand below each other.
'use strict';

// Where one column is shown at a time, its name is remembered: for all groups of this book. So is
// whether files that have much in common are to be shown one at a time.
const remembered = {
    here: {},
    get(key) {
        try { return localStorage.getItem(key); } catch { return this.here[key] ?? null; }
    },
    set(key, value) {
        this.here[key] = String(value);
        try { localStorage.setItem(key, value); } catch { /* private windows may forbid it */ }
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
    return { element, columns, tabs, merged: element.closest('.merged') };
}

// Beside the names of files that have much in common: all of them, or one.
const choices = Array.from(document.querySelectorAll('.merged'), (merged) => {
    const names = groups.find((group) => group.merged === merged).columns
        .map((column) => column.dataset.name);
    const choice = document.createElement('span');
    choice.className = 'choice';
    choice.setAttribute('role', 'group');
    choice.setAttribute('aria-label', 'Show');
    const buttons = ['Side by side', ...names].map((name, place) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = name;
        button.addEventListener('click', () => {
            remembered.set('one-file', place > 0);
            choose(place > 0 ? name : remembered.get('side-by-side'), button);
        });
        choice.append(button);
        return button;
    });
    merged.querySelector('.column-name').append(choice);
    return { merged, buttons };
});

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

// Shows the columns of this name in all groups; the button that was used stays where it is.
function choose(name, button) {
    if (name) remembered.set('side-by-side', name);
    const before = button.getBoundingClientRect().top;
    groups.forEach((group) => show(group, name));
    groups.forEach(arrange);
    window.scrollBy({ top: button.getBoundingClientRect().top - before, behavior: 'instant' });
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
function arrange({ element, columns, tabs, merged }) {
    const narrow = getComputedStyle(element).getPropertyValue('--room') !== 'columns';
    const whole = merged && !narrow && remembered.get('one-file') === 'true';
    const tabbed = narrow || whole;
    element.classList.toggle('tabbed', tabbed);
    columns.forEach((column, place) => {
        column.setAttribute('role', narrow ? 'tabpanel' : 'group');
        if (narrow) {
            column.setAttribute('aria-labelledby', tabs[place].id);
        } else {
            column.removeAttribute('aria-labelledby'); // its aria-label counts again
        }
    });
    if (!merged) return;
    merged.classList.toggle('whole', whole);
    merged.classList.toggle('single', tabbed);
    const { buttons } = choices.find((choice) => choice.merged === merged);
    const chosen = columns.findIndex((column) => column.classList.contains('chosen'));
    buttons.forEach((button, place) => {
        button.setAttribute('aria-pressed', place === (whole ? chosen + 1 : 0));
    });
}

groups.forEach((group) => show(group, remembered.get('side-by-side')));
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

// Colours of code, as book.js gives them to the blocks that it knows; and an element for each line,
// so that one that is too long for its column goes on below itself, further in.
for (const code of document.querySelectorAll('.codes .code')) {
    hljs.highlightBlock(code);
    const open = []; // elements that go on in the next line
    code.innerHTML = code.innerHTML.replace(/\n$/, '').split('\n').map((line) => {
        const begun = open.join('');
        for (const [tag] of line.matchAll(/<[^>]*>/g)) {
            if (tag.startsWith('</')) open.pop(); else open.push(tag);
        }
        const further = line.replace(/<[^>]*>/g, '').search(/\S|$/) + 4;
        const ended = '</span>'.repeat(open.length);
        // Where it may break, and where a browser would and must not.
        const breakable = line
            .replace(/(<[^>]*>)|::|\((?!\))|(?<!\.)(?=\.[a-z_])/g, (found, tag) => tag ?? `${found}<wbr>`)
            .replaceAll('-&gt;', '<span class="arrow">-&gt;</span>');
        return `<span class="line" style="--further: ${further}ch">${begun}${breakable}\n${ended}</span>`;
    }).join('');
}

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
const seen = (codes) => Array.from(codes)
    .filter((code) => code.checkVisibility()).map((code) => code.textContent).join('');
for (const box of document.querySelectorAll('.merged, .side-by-side:not(.merged *) > .column')) {
    addCopy(box.querySelector('.column-name'), () => seen(box.querySelectorAll('.code')));
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
