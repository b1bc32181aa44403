import { defineFeature } from 'app/registry';
import { navigate } from 'app/router';
import { FiringBadge } from './badge';
import { t } from './names';

export default defineFeature({
    name: 'alert',
    routes: [
        { path: '/alerts', load: () => import('./alerts') },
        { path: '/settings/integrations', load: () => import('./integrations') },
        { path: '/settings/integrations/:id', load: () => import('./integration') },
        { path: '/settings/routing', load: () => import('./rules') },
        { path: '/settings/quarantine', load: () => import('./quarantine') },
    ],
    nav: [{ href: '/alerts', icon: 'broadcast', label: () => t('alerts'), order: 4, keys: 'g a', wideOnly: true, badge: FiringBadge }],
    settings: [
        { href: '/settings/integrations', icon: 'link', label: () => t('integrations'), group: 'alerts', order: 30, role: 'admin' },
        { href: '/settings/routing', icon: 'filter', label: () => t('routing'), group: 'alerts', order: 31, role: 'manager' },
        { href: '/settings/quarantine', icon: 'not', label: () => t('quarantine'), group: 'alerts', order: 32, role: 'manager' },
    ],
    commands: [
        { id: 'connect', label: () => t('connect_source'), icon: 'link', role: 'admin', words: 'integration webhook prometheus alertmanager pagerduty 集成', run: () => navigate('/settings/integrations') },
    ],
});
