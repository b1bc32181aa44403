import { Catalog } from './list';
import { t } from './strings';

export default function Services() {
    return <Catalog path="/services" topic="services" tiered words={{ title: t('services'), about: t('services_about'), add: t('add_service'),
        edit: t('edit_service'), empty: t('no_services'), emptyBody: t('no_services_body'), icon: 'server' }} />;
}
