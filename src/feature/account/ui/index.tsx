import { defineFeature } from 'app/registry';

export default defineFeature({
    name: 'account',
    routes: [
        { path: '/sign-in', bare: true, load: () => import('./sign-in') },
        { path: '/setup', bare: true, load: () => import('./setup') },
    ],
});
