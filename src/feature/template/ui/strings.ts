import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        templates: 'Templates', new_template: 'New template', lead: 'A template gives a post-mortem its sections, each with a guide for the writer and text that fills itself in from the incident.',
        built_in: 'Built in', custom: 'Custom', default: 'Default', name: 'Name', language: 'Language', en: 'English', zh: 'Chinese', description: 'When to use it', team: 'Team', anyone: 'everyone', sections: 'Sections', used_for: 'Suggested for',
        edit: 'Edit', view: 'Look', copy: 'Copy', make_default: 'Make default', remove: 'Delete', copied: 'Copied as {name}', made_default: '{name} is now the default', removed: '{name} deleted', remove_title: 'Delete {name}?', remove_body: 'Post-mortems made from it stay as they are.', more: 'More',
        save: 'Save', saved: 'Saved', cancel: 'Cancel', copy_to_change: 'This template is built in. Copy it to change it.', copy_it: 'Copy it', not_allowed: 'Managers can change templates.',
        section: 'Section {n}', heading: 'Heading', guide: 'Guide', guide_help: 'Tells the writer what belongs here. Never published.', prefill: 'Filled in with', prefill_help: 'Markdown with variables from the incident. Wrong names are underlined.', required: 'Required before review', ai: 'AI may draft it', ai_off: 'no', ai_on: 'yes', ai_instructions: 'with these instructions', ai_text: 'Instructions for AI',
        up: 'Move up', down: 'Move down', delete_section: 'Remove section', add_section: 'Add a section', insert: 'Insert a variable', values: 'Values', lists: 'Lists', blocks: 'Blocks', fix: 'Use {name}', no_such: 'There is no {name}.', unclosed: 'These braces are never closed.', open_tag: '{name} is never closed.', closes_nothing: '{name} closes nothing here.', is_list: '{name} is a list: use a loop.',
        match: 'Suggest it for', match_help: 'When an incident fits all that is chosen, this template stands first. Nothing chosen: only by hand or as the default.', severity: 'Severity', kind: 'Kind', match_team: 'Incidents of team', match_channel: 'Incidents of channel', any_team: 'any team', any_channel: 'any channel', team_help: 'Whose template it is; it changes nothing about who may use it.', gone: 'no longer there', channel: 'Channel', standard: 'Incident', retrospective: 'Retrospective', drill: 'Drill', test: 'Test', near_miss: 'Near miss',
        preview: 'Preview', preview_with: 'Filled in from', choose: 'Choose an incident', no_incidents: 'The preview needs an incident. Declare one, or load sample data.', wrong: 'The preview waits until the template is right.', unsaved: 'Leave without saving the template?',
        import: 'Import', import_into: 'Take sections from a file', export_md: 'Save as Markdown', export_json: 'Save as JSON', drag: 'Drag to move',
    },
    zh: {
        templates: '模板', new_template: '新建模板', lead: '模板决定复盘有哪些小节：每一节都有写作指引，以及根据事件自动填写的内容。',
        built_in: '内置', custom: '自定义', default: '默认', name: '名称', language: '语言', en: '英文', zh: '中文', description: '适用场景', team: '团队', anyone: '所有人', sections: '小节', used_for: '推荐用于',
        edit: '编辑', view: '查看', copy: '复制', make_default: '设为默认', remove: '删除', copied: '已复制为“{name}”', made_default: '“{name}”已设为默认', removed: '已删除“{name}”', remove_title: '删除“{name}”？', remove_body: '用它创建的复盘不受影响。', more: '更多',
        save: '保存', saved: '已保存', cancel: '取消', copy_to_change: '这是内置模板，复制后才能修改。', copy_it: '复制', not_allowed: '经理可以修改模板。',
        section: '第 {n} 节', heading: '标题', guide: '写作指引', guide_help: '告诉作者这里写什么，不会发布。', prefill: '自动填写', prefill_help: 'Markdown，可使用事件变量。写错的名称会标出下划线。', required: '审阅前必须填写', ai: 'AI 可以起草', ai_off: '不可以', ai_on: '可以', ai_instructions: '按以下要求', ai_text: '给 AI 的要求',
        up: '上移', down: '下移', delete_section: '移除小节', add_section: '添加小节', insert: '插入变量', values: '数值', lists: '列表', blocks: '区块', fix: '改为 {name}', no_such: '没有 {name}。', unclosed: '这组大括号没有闭合。', open_tag: '{name} 没有闭合。', closes_nothing: '{name} 没有对应的开头。', is_list: '{name} 是列表，请用循环。',
        match: '推荐用于', match_help: '事件符合所选的全部条件时，这个模板排在最前。都不选：只能手动选择或作为默认。', severity: '级别', kind: '类型', match_team: '团队的事件', match_channel: '频道的事件', any_team: '任意团队', any_channel: '任意频道', team_help: '这是谁的模板；不影响谁可以使用。', gone: '已不存在', channel: '频道', standard: '事件', retrospective: '补录', drill: '演练', test: '测试', near_miss: '未遂',
        preview: '预览', preview_with: '填充自', choose: '选择事件', no_incidents: '预览需要一个事件。请先宣布一个，或加载示例数据。', wrong: '模板改正后才会显示预览。', unsaved: '不保存模板就离开吗？',
        import: '导入', import_into: '从文件读取小节', export_md: '保存为 Markdown', export_json: '保存为 JSON', drag: '拖动以移动',
    },
});
