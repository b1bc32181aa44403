import { defineFeature } from 'app/registry';
import { ImportLayer, importReport } from './import-layer';
import { t } from './names';
import { TargetLayer } from './target-layer';

const Layer = () => <><ImportLayer /><TargetLayer /></>;

export default defineFeature({
    name: 'exchange',
    routes: [{ path: '/settings/confluence', load: () => import('./target-settings') }],
    settings: [{ href: '/settings/confluence', icon: 'out', label: () => t('confluence'), group: 'workspace', order: 40, role: 'admin' }],
    commands: [{ id: 'import-report', label: () => t('import_report'), icon: 'up', role: 'responder', words: 'docx word html markdown confluence google docs 导入', run: importReport }],
    layer: Layer,
});
