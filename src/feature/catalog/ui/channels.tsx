import { Catalog } from './list';
import { t } from './strings';

export default function Channels() {
    return <Catalog path="/channels" topic="channels" tiered={false} words={{ title: t('channels'), about: t('channels_about'), add: t('add_channel'),
        edit: t('edit_channel'), empty: t('no_channels'), emptyBody: t('no_channels_body'), icon: 'layout' }} />;
}
