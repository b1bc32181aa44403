// Runs before the first paint, so that a chosen theme and language never flash. Kept tiny: it blocks.
try {
    const theme = localStorage.getItem('hindsight.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
    if (localStorage.getItem('hindsight.locale') === 'zh') document.documentElement.lang = 'zh-Hans';
} catch { /* storage may be denied */ }
