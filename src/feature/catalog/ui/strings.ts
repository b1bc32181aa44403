import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        depends_on: 'Depends on', depends_on_help: 'What it cannot work without. Changes there are suspects when this one fails.',
        channels: 'Channels', channels_about: 'Where incidents live: a product area or a group of services, owned by one team. Routing rules point alerts at channels.',
        services: 'Services', services_about: 'What runs and can fail. Incidents and follow-ups name the services they are about.',
        add_channel: 'Add channel', add_service: 'Add service', edit_channel: 'Edit channel', edit_service: 'Edit service',
        no_channels: 'No channels yet', no_channels_body: 'Begin with one for each area that has its own people on call, for example Checkout or Data platform.',
        no_services: 'No services yet', no_services_body: 'Name what your customers use first; add what stands behind it later.',
        name: 'Name', description: 'Description', team: 'Team', team_help: 'Who owns it', tier: 'Tier', save: 'Save', cancel: 'Cancel', none: 'None',
        tier_1: '1 · nothing works without it', tier_2: '2 · important', tier_3: '3 · normal', tier_4: '4 · nobody waits for it',
        remove: 'Remove', remove_title: 'Remove {name}?', remove_body: 'It disappears from lists and can no longer be chosen. Records that mention it keep its name.',
        removed: '{name} was removed', saved: '{name} was saved', more: 'More', edit: 'Edit', search: 'Search', nothing: 'Nothing matches',
        conflict: 'Somebody changed this while you were editing. Below is what you wrote; saving again replaces their change.',
    },
    zh: {
        depends_on: '依赖', depends_on_help: '它离不开的服务。此服务故障时，那里的变更会被列为可疑。',
        channels: '频道', channels_about: '事件所属之处：一个产品领域或一组服务，由一个团队负责。路由规则将告警指向频道。',
        services: '服务', services_about: '在运行且可能出故障的东西。事件和改进项会注明涉及的服务。',
        add_channel: '添加频道', add_service: '添加服务', edit_channel: '编辑频道', edit_service: '编辑服务',
        no_channels: '还没有频道', no_channels_body: '先为每个有专人值班的领域建一个，例如“结账”或“数据平台”。',
        no_services: '还没有服务', no_services_body: '先写客户直接使用的服务，再补充其背后的服务。',
        name: '名称', description: '说明', team: '团队', team_help: '由谁负责', tier: '等级', save: '保存', cancel: '取消', none: '无',
        tier_1: '1 · 缺了它一切停摆', tier_2: '2 · 重要', tier_3: '3 · 一般', tier_4: '4 · 没有人在等它',
        remove: '移除', remove_title: '移除 {name}？', remove_body: '它将从列表中消失，不能再被选择。提到它的记录会保留其名称。',
        removed: '已移除 {name}', saved: '已保存 {name}', more: '更多', edit: '编辑', search: '搜索', nothing: '没有匹配项',
        conflict: '你编辑期间有人修改了它。下面是你写的内容；再次保存会覆盖对方的修改。',
    },
});
