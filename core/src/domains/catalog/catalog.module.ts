import { z } from 'zod';
import { defineJob } from '../../kernel/jobs/job.ts';
import type { DomainModule } from '../../kernel/module.ts';
import { catalogRoutes } from './catalog.routes.ts';
import type { CatalogService } from './catalog.service.ts';
import type { PictureService } from './pictures/picture-service.ts';

/** Start it after a scan: it learns sizes and placeholders of new pictures, one at a time. */
export const preparePictures = 'catalog.pictures';

export function catalogModule(catalog: CatalogService, pictures: PictureService): DomainModule {
  return {
    name: 'catalog',
    routes: catalogRoutes({ catalog, pictures }),
    jobs: [
      defineJob({
        name: preparePictures,
        title: 'Prepare pictures',
        input: z.object({}),
        dedupeKey: () => preparePictures,
        priority: -10,
        run: async (_, { signal }) => {
          const described = await pictures.describeMissing(signal);
          catalog.changed();
          return { described };
        },
      }),
    ],
    schedules: [
      { name: preparePictures, job: preparePictures, title: 'Prepare pictures', cron: '30 3 * * *', input: {} },
    ],
    async stop() {
      catalog.close();
      await pictures.close();
    },
  };
}
