// The same screens in Chinese; a suite of its own, so that neither takes long.
process.argv.push('--zh');
await import('./pictures.mjs');
