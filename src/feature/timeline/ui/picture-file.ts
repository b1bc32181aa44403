/** The picture as a PNG file: the lanes as they stand on screen, with the colours of the theme, at twice the size. */

const STYLES = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity', 'paint-order', 'font-family', 'font-size', 'font-weight'] as const;
const SVG = 'http://www.w3.org/2000/svg';
/** Chromium and Firefox draw canvases up to 16,384 pixels wide. */
const WIDEST = 16_000;

/** A copy that needs no style sheet: what the page's rules say is written on each element. */
function standalone(svg: SVGSVGElement): SVGSVGElement {
    const copy = svg.cloneNode(true) as SVGSVGElement;
    const from = svg.querySelectorAll<SVGElement>('*');
    copy.querySelectorAll<SVGElement>('*').forEach((el, k) => {
        const style = getComputedStyle(from[k]!);
        for (const name of STYLES) el.style.setProperty(name, style.getPropertyValue(name));
    });
    copy.querySelectorAll('title').forEach((el) => el.remove());
    return copy;
}

async function drawn(svg: SVGSVGElement, scale: number): Promise<HTMLCanvasElement> {
    const image = new Image();
    const url = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)], { type: 'image/svg+xml' }));
    try {
        image.src = url;
        await image.decode();
    } finally {
        URL.revokeObjectURL(url);
    }
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(svg.width.baseVal.value * scale);
    canvas.height = Math.round(svg.height.baseVal.value * scale);
    const c = canvas.getContext('2d')!;
    c.scale(scale, scale);
    c.drawImage(image, 0, 0);
    return canvas;
}

/** Joins the names of the lanes and the lanes, under a title, and hands the file to the browser. */
export async function savePicture(box: HTMLElement, title: string, name: string): Promise<void> {
    const [names, lanes] = [...box.querySelectorAll<SVGSVGElement>('svg.tl')].map(standalone);
    if (!names || !lanes) return;
    const PAD = 16;
    const TOP = 36;
    const left = names.width.baseVal.value;
    const width = left + lanes.width.baseVal.value + 2 * PAD;
    const height = lanes.height.baseVal.value + TOP + PAD;
    const page = getComputedStyle(document.body);
    const all = document.createElementNS(SVG, 'svg');
    all.setAttribute('xmlns', SVG);
    all.setAttribute('width', String(width));
    all.setAttribute('height', String(height));
    const paper = document.createElementNS(SVG, 'rect');
    paper.setAttribute('width', '100%');
    paper.setAttribute('height', '100%');
    paper.setAttribute('fill', getComputedStyle(box).getPropertyValue('--bg-surface') || '#fff');
    const head = document.createElementNS(SVG, 'text');
    head.setAttribute('x', String(PAD));
    head.setAttribute('y', '24');
    head.setAttribute('fill', page.color);
    head.setAttribute('style', `font: 600 14px ${page.fontFamily}`);
    head.textContent = title;
    all.append(paper, head);
    [[names, PAD], [lanes, PAD + left]].forEach(([part, x]) => {
        const el = part as SVGSVGElement;
        el.setAttribute('x', String(x));
        el.setAttribute('y', String(TOP));
        el.setAttribute('overflow', 'visible');
        all.append(el);
    });
    const canvas = await drawn(all, Math.min(2, WIDEST / width));
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (!blob) throw new Error('no picture');
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
