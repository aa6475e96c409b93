import { defineGroup } from '../define.ts';

/** LoadLOAcquire and StoreLORelease. */
export const loadStoreLimitedOrdering = defineGroup(
  'load-store-limited-ordering',
  { legend: { k: 'size' }, feature: 'FEAT_LOR', status: 'todo' },
  [
    {
      id: 'STLLR_ldstord',
      title: 'STLLR',
      pattern: 'kk 001000 1 0 0 sssss 0 uuuuu nnnnn ttttt',
      defaults: { Rs: 31, Rt2: 31 },
    },
    {
      id: 'LDLAR_ldstord',
      title: 'LDLAR',
      pattern: 'kk 001000 1 1 0 sssss 0 uuuuu nnnnn ttttt',
      defaults: { Rs: 31, Rt2: 31 },
    },
  ],
);
