import { defineEntity, p } from '@mikro-orm/sql';

/** A row of `settings`: one value that people changed while the server ran. */
export const SettingEntity = defineEntity({
  name: 'Setting',
  tableName: 'settings',
  properties: {
    key: p.text().primary(),
    value: p.json<unknown>(),
    updatedAt: p.bigint('number').fieldName('updated_at'),
  },
});
