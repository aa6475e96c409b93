import { expect, test } from 'vitest';
import { campaign } from '../src/engines/campaign.ts';
import { EAGER, usualEngines } from '../src/engines/engines.ts';
import { GENERATORS } from '../src/engines/generators/index.ts';

/** Another seed each day, so that runs differ and a failure can be repeated. */
const SEED = Number(process.env.ARMATURE_ORACLE_SEED ?? Math.floor(Date.now() / 86_400_000));
const INSTRUCTIONS = 150_000_000;
const SCALE = 0.2;

const [reference, other] = usualEngines();

test.each(GENERATORS.map((generator) => [generator.name, generator] as const))(
  `${reference} and ${other} agree, seed ${SEED}: %s`,
  async (_, generator) => {
    const found: string[] = [];
    await campaign({
      engines: [
        { name: reference, model: 'max' },
        { name: other, model: 'max', jit: EAGER },
      ],
      generators: [generator],
      instructions: (INSTRUCTIONS * generator.share) / 100,
      ...{ seed: SEED, scale: SCALE, findings: 1 },
      onFinding: ({ text }) => found.push(text),
    });
    expect(found.join('\n\n')).toBe('');
  },
);
