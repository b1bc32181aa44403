import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        public_version: 'Public version', lead: 'A text of its own for customers. Nothing of the internal post-mortem is in it but what you write or choose here.', address: 'Public address', title: 'Title', preview: 'As readers will see it',
        summary: 'Summary', summary_help: 'What customers noticed, when, and that it is over. An apology, if one is due.', happened: 'What happened', happened_help: 'The cause in words that a customer understands. No names of people, systems or suppliers.',
        doing: 'What we are doing', doing_help: 'What has changed already, and what will, with dates you can keep.', figures: 'Figures', started_at: 'Start', ended_at: 'End', duration: 'How long',
        save: 'Save', saved: 'Saved', publish: 'Publish', publish_again: 'Publish changes', publish_title: 'Publish the public version?', publish_body: 'Everybody who has its address can read it, without signing in.', withdraw: 'Withdraw', add_picture: 'Add a picture',
    },
    zh: {
        public_version: '公开版本', lead: '写给客户的独立文本。除了你在这里写下或选择的内容，内部复盘的任何内容都不会出现。', address: '公开地址', title: '标题', preview: '读者看到的样子',
        summary: '概要', summary_help: '客户感受到了什么、何时，以及已经恢复。如有必要，请致歉。', happened: '发生了什么', happened_help: '用客户能听懂的话说明原因。不写人名、系统名和供应商名。',
        doing: '我们正在做什么', doing_help: '已经改了什么，还将改什么，给出能兑现的日期。', figures: '数据', started_at: '开始', ended_at: '结束', duration: '时长',
        save: '保存', saved: '已保存', publish: '发布', publish_again: '发布修改', publish_title: '发布公开版本？', publish_body: '持有地址的任何人无需登录即可阅读。', withdraw: '撤回', add_picture: '添加图片',
    },
});
