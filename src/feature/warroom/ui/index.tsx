import { defineFeature } from 'app/registry';
import { OutboxLayer } from './outbox';

/** Its screens stand inside the incident's; what could not be sent goes out wherever one is. */
export default defineFeature({ name: 'warroom', layer: OutboxLayer });
