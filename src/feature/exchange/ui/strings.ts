import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        import_report: 'Import a post-mortem', cancel: 'Cancel', choose_file: 'Choose a file', drop: 'Drop a document here', other_file: 'Another file', take: 'Import', reading: 'Reading', preview: 'As it will look',
        help_docx: 'The document as .docx.', help_google: 'File → Download → Web page (.zip keeps the pictures) or Word.', help_confluence: 'Export to HTML (.zip), or to Word saved again as .docx.', help_markdown: 'The file, or a .zip with its pictures.',
        title: 'Title', incident: 'Incident', incident_new: 'Make one for it', incident_help: 'A past incident is added for it, marked as filled in afterwards.', started: 'When impact began', started_help: 'Left open when it is not known.', language: 'Language',
        found: '{headings} headings, {tables} tables, {lists} lists, {pictures} pictures', warnings: { one: '{n} thing could not be taken over', other: '{n} things could not be taken over' }, imported: 'Imported as {reference}',
    },
    zh: {
        import_report: '导入复盘', cancel: '取消', choose_file: '选择文件', drop: '将文档拖到这里', other_file: '换一个文件', take: '导入', reading: '正在读取', preview: '导入后的样子',
        help_docx: '.docx 文档。', help_google: '文件 → 下载 → 网页（.zip 会保留图片）或 Word。', help_confluence: '导出为 HTML（.zip），或导出为 Word 后另存为 .docx。', help_markdown: '文件本身，或包含图片的 .zip。',
        title: '标题', incident: '事件', incident_new: '为它新建一个', incident_help: '会为它补录一个过去的事件。', started: '影响开始时间', started_help: '不清楚就留空。', language: '语言',
        found: '{headings} 个标题、{tables} 个表格、{lists} 个列表、{pictures} 张图片', warnings: '有 {n} 处无法导入', imported: '已导入为 {reference}',
    },
});
