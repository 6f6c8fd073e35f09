// check_pages.mjs: opens pages in a headless Chromium and judges what a reader meets. Each page is seen in light and in dark, at three widths;
// what fails is said in a line of its own. The last line is 'N passed, N failed'.
//
//     node check_pages.mjs [--screenshots DIR] PAGE.html...
//
// Chromium is Debian's (CHROMIUM names another one). It runs without a sandbox, since tests run as root in containers.
import { readFileSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const WIDTHS = [360, 800, 1440];
const SCHEMES = ['light', 'dark'];
const PAGE_BYTES_MAX = 1000000;
// A page of study cards: a phone and a desk, and the recorded results of all of them.
const CARD_WIDTHS = [360, 1280];
const CARD_BYTES_MAX = 5000000;
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const words = process.argv.slice(2);
let screenshots = null;
if (words[0] === '--screenshots') {
    screenshots = resolve(words[1]);
    mkdirSync(screenshots, { recursive: true });
    words.splice(0, 2);
}
if (words.length === 0) {
    console.error('usage: node check_pages.mjs [--screenshots DIR] PAGE.html...');
    process.exit(2);
}

let passed = 0;
let failed = 0;

function judge(what, faults) {
    if (faults.length === 0) {
        passed += 1;
        return;
    }
    failed += 1;
    console.log(`FAILED  ${what}`);
    for (const fault of faults.slice(0, 12)) {
        console.log(`        ${fault}`);
    }
}

// Runs inside the page: what cannot be seen, or spills over the side.
function faultsOfLayout() {
    const faults = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
        const wide = [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1);
        const named = wide.slice(0, 3).map((element) => `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}">`);
        faults.push(`the page scrolls sideways: ${root.scrollWidth} px wide in ${root.clientWidth}: ${named.join(' ')}`);
    }
    const pictures = [...document.querySelectorAll('figure svg')];
    if (pictures.length === 0) {
        faults.push('there is no picture');
    }
    for (const picture of pictures) {
        const name = picture.querySelector('title')?.textContent ?? picture.id;
        const box = picture.getBoundingClientRect();
        const style = getComputedStyle(picture);
        if (box.width < 200 || box.height < 80 || style.visibility !== 'visible' || style.opacity === '0') {
            faults.push(`picture '${name}' is not to be seen: ${Math.round(box.width)} x ${Math.round(box.height)}`);
        }
        // A picture that would be too small to read on a narrow screen may scroll in a frame of its own, which then is inside the page.
        let frame = picture;
        for (let above = picture.parentElement; above && above !== document.body; above = above.parentElement) {
            if (['auto', 'scroll'].includes(getComputedStyle(above).overflowX)) {
                frame = above;
                break;
            }
        }
        const seen = frame.getBoundingClientRect();
        if (seen.left < -1 || seen.right > root.clientWidth + 1) {
            faults.push(`picture '${name}' leaves the page: ${Math.round(seen.left)} to ${Math.round(seen.right)} of ${root.clientWidth}`);
        }
    }
    return faults;
}

// Runs inside the page: names that a screen reader needs, and ids that stand once.
function faultsOfNames() {
    const faults = [];
    const ids = new Map();
    for (const element of document.querySelectorAll('[id]')) {
        ids.set(element.id, (ids.get(element.id) ?? 0) + 1);
    }
    for (const [id, count] of ids) {
        if (count > 1) {
            faults.push(`id '${id}' stands ${count} times`);
        }
    }
    const titles = new Set();
    for (const picture of document.querySelectorAll('figure svg')) {
        const title = picture.querySelector('title')?.textContent ?? '';
        if (title === '' || /gnuplot/i.test(title)) {
            faults.push(`a picture is called '${title}'`);
        }
        if (titles.has(title)) {
            faults.push(`two pictures are called '${title}'`);
        }
        titles.add(title);
        if (!picture.closest('figure').querySelector('table, a[href^="#"]')) {
            faults.push(`picture '${title}' has neither a table under it nor a link to one`);
        }
    }
    for (const landmark of ['main', 'header', 'nav']) {
        if (document.querySelectorAll(`body > ${landmark}, body > * > ${landmark}`).length === 0) {
            faults.push(`there is no <${landmark}>`);
        }
    }
    if (document.documentElement.lang === '' || document.title === '') {
        faults.push('the page has no language or no title');
    }
    if (window.attacked !== undefined || document.querySelector('[data-attacked]')) {
        faults.push('a name in the scenario became a part of the page');
    }
    return faults;
}

// A card's answers are behind folds: nothing of them is seen before, and a keyboard opens them. Leaves all of them open.
async function faultsOfCards(page) {
    const faults = [];
    const seen = await page.locator('article.card svg:visible, article.card .ok:visible').count();
    if (seen > 0) {
        faults.push(`${seen} pictures and verdicts are to be seen before anything was opened`);
    }
    const verdicts = new Set();
    const choices = page.locator('article.card').first().locator('details.choice');
    for (let i = 0; i < (await choices.count()); i += 1) {
        await choices.nth(i).locator('summary').focus();
        await page.keyboard.press('Enter');
        verdicts.add((await choices.nth(i).locator('p b').innerText()).trim());
    }
    if (!verdicts.has('Right.') || !verdicts.has('No.') || verdicts.size !== 2) {
        faults.push(`the first card's choices open to: ${[...verdicts].join(' ')}`);
    }
    // By the keyboard alone: from choice to choice, and on to the answer.
    await choices.first().locator('summary').focus();
    await page.keyboard.press('Tab');
    if (!(await page.evaluate(() => document.activeElement?.tagName === 'SUMMARY'))) {
        faults.push('Tab does not lead from a choice to the next one');
    }
    return faults.concat(await page.evaluate(() => {
        document.querySelectorAll('details').forEach((fold) => { fold.open = true; });
        return [...document.querySelectorAll('article.card')]
            .filter((card) => card.querySelectorAll('details.choice b.ok').length !== 1 || card.querySelector('table') === null)
            .map((card) => `${card.id} has not one right choice, or no figures`);
    }));
}

async function check(browser, path) {
    const cards = readFileSync(path, 'utf8').includes('<article class="card"');
    const widths = cards ? CARD_WIDTHS : WIDTHS;
    const name = `${basename(dirname(path))}/${basename(path)}`;
    const address = pathToFileURL(path).href;
    judge(`${name}: size`, statSync(path).size < (cards ? CARD_BYTES_MAX : PAGE_BYTES_MAX) ? [] : [`${statSync(path).size} bytes`]);
    for (const scheme of SCHEMES) {
        for (const width of widths) {
            const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
            const page = await context.newPage();
            const talk = [];
            page.on('console', (message) => ['error', 'warning'].includes(message.type()) && talk.push(`console: ${message.text()}`));
            page.on('pageerror', (error) => talk.push(`error: ${error.message}`));
            page.on('dialog', async (dialog) => {
                talk.push(`dialog: ${dialog.message()}`);
                await dialog.dismiss();
            });
            page.on('request', (request) => request.url() !== address && !request.url().startsWith('data:') && talk.push(`request: ${request.url()}`));
            await page.goto(address, { waitUntil: 'load' });
            const where = `${name} ${scheme} ${width} px`;
            if (cards) {
                judge(`${where}: cards`, await faultsOfCards(page));
            }
            judge(`${where}: layout`, await page.evaluate(faultsOfLayout));
            if (width === widths[0] && scheme === SCHEMES[0]) {
                judge(`${name}: names`, await page.evaluate(faultsOfNames));
            }
            // Each scheme and each width; all of a hundred cards takes its time.
            if (cards ? (width === widths[0]) === (scheme === SCHEMES[0]) : width !== WIDTHS[1]) {
                await page.evaluate(axeSource);
                const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
                const serious = found.violations.filter((violation) => ['serious', 'critical'].includes(violation.impact));
                judge(`${where}: axe`, serious.map((violation) => `${violation.id}: ${violation.help}: ${violation.nodes.length} times, first ${violation.nodes[0].html.slice(0, 160)}: ${(violation.nodes[0].failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 200)}`));
            }
            judge(`${where}: quiet`, talk);
            if (screenshots) {
                await page.screenshot({ path: `${screenshots}/${name.replace(/\W+/g, '-')}-${scheme}-${width}.png`, fullPage: true });
            }
            await context.close();
        }
    }
    // Reading needs no script: the text without it is the text with it.
    const bare = await browser.newContext({ viewport: { width: 800, height: 900 }, javaScriptEnabled: false });
    const page = await bare.newPage();
    await page.goto(address, { waitUntil: 'load' });
    const text = await page.locator('main').innerText();
    judge(`${name}: readable without script`, text.length > 500 ? [] : [`${text.length} characters`]);
    await page.emulateMedia({ media: 'print' });
    // On paper a card is a question: its answer stays folded.
    judge(`${name}: prints`, cards || (await page.locator('figure svg').first().isVisible()) ? [] : ['no picture on paper']);
    await bare.close();
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const word of words) {
    await check(browser, resolve(word));
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
