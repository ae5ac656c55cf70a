import { offerName, type Tier } from '../core/catalog/model.ts'
import { easeOfPurpose, priorOfTier } from '../core/routing/acceptance-prior.ts'
import { tierOfArm } from '../core/routing/variants.ts'
import type { Dependencies } from './dependencies.ts'
import { EvidenceDesk } from './evidence-desk.ts'
import type { Learning } from './learning.ts'
import { LearningDesk } from './learning-desk.ts'
import { PlanDesk } from './plan-desk.ts'
import { RepeatDesk } from './repeat-desk.ts'

/** Puts it together; it knows nothing until {@link refreshLearning}. */
export function openLearning(
  parts: Pick<Dependencies, 'snapshot' | 'stores' | 'clock' | 'traffic' | 'purposes' | 'gates'>,
): Learning {
  const { purposes, gates } = parts
  const desk = new LearningDesk({
    priorOf: (name) => priorOfTier(tierOfArm(name, (offer) => tierOf(offer, parts))),
    easeOf: easeOfPurpose,
    gateVersionAt: (purpose) => gates.versionOf(purposes.of(purpose)),
  })
  return {
    desk,
    evidence: new EvidenceDesk(desk, parts),
    plans: new PlanDesk({ learning: desk, traffic: parts.traffic }),
    repeats: new RepeatDesk(),
  }
}

function tierOf(offer: string, { snapshot }: Pick<Dependencies, 'snapshot'>): Tier | undefined {
  return snapshot().catalog.models.find((model) => offerName(model) === offer)?.tier
}

/** Takes over what other replicas learned and spent. */
export async function refreshLearning({
  learning,
  gates,
  stores,
  clock,
}: Pick<Dependencies, 'learning' | 'gates' | 'stores' | 'clock'>): Promise<void> {
  await learning.desk.load(stores.beliefs)
  await learning.plans.readSpend(stores)
  await gates.sharpness.load({ stores, clock })
  learning.desk.think(clock.now())
}
