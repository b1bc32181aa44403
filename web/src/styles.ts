/**
 * The stylesheet of the screens behind the first page. The build names it in index.html as a prefetch; it becomes a real
 * stylesheet once the first page stands, and every other screen waits for it, so that nothing shows unstyled.
 */
let loaded: Promise<void> | null = null;

export function screenStyles(): Promise<void> {
    loaded ??= new Promise((done) => {
        const named = document.querySelector<HTMLLinkElement>('link[data-screens]');
        if (!named) return done();
        const link = document.createElement('link');
        link.rel = 'stylesheet';
        link.href = named.href;
        link.onload = link.onerror = () => done();
        document.head.append(link);
    });
    return loaded;
}
