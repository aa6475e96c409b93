import type { Feature } from '@armature/isa';

/**
 * The features that this package implements. A model gets those of its own that are here, and its
 * identification registers follow: a feature is switched on for all models that have it by a line below.
 */
export const IMPLEMENTED_FEATURES: ReadonlySet<Feature> = new Set<Feature>([
  'base',
  'FEAT_CRC32',
  // SCXTNUM_ELx is storage: nothing here speculates.
  'FEAT_CSV2_2',
  'FEAT_DGH',
  'FEAT_DIT',
  'FEAT_FlagM',
  'FEAT_FlagM2',
  'FEAT_LOR',
  'FEAT_LRCPC',
  'FEAT_LRCPC2',
  'FEAT_LSE',
  'FEAT_PAN',
  'FEAT_PAuth',
  'FEAT_SB',
  'FEAT_SSBS',
  'FEAT_UAO',
  'FEAT_FP',
  'FEAT_AdvSIMD',
  'FEAT_AES',
  'FEAT_BF16',
  'FEAT_DotProd',
  'FEAT_FCMA',
  'FEAT_FHM',
  'FEAT_FP16',
  'FEAT_FRINTTS',
  'FEAT_I8MM',
  'FEAT_JSCVT',
  'FEAT_PMULL',
  'FEAT_RDM',
  'FEAT_SHA1',
  'FEAT_SHA256',
  'FEAT_SHA3',
  'FEAT_SHA512',
  'FEAT_SM3',
  'FEAT_SM4',
]);
