import { defineFeature } from 'app/registry';
import { ImportLayer, importReport } from './import-layer';
import { t } from './names';

export default defineFeature({
    name: 'exchange',
    commands: [{ id: 'import-report', label: () => t('import_report'), icon: 'up', role: 'responder', words: 'docx word html markdown confluence google docs 导入', run: importReport }],
    layer: ImportLayer,
});
