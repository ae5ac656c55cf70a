import { chargeLine } from '../pricing/charge.ts'
import type { Candidate } from './plan.ts'

/**
 * A candidate whose server has to load its model first. Where seconds are paid, those of loading
 * are: they raise what is expected. The worst case stays, for it is the time limit of the call, and
 * so does a price for an image, which has its share of everything that an hour is spent with.
 */
export function withLoading(candidate: Candidate, loadSeconds: number): Candidate {
  if (loadSeconds === 0) return candidate
  const { quote, lines } = candidate
  const work = lines.find(({ kind }) => kind === 'gpu_second')
  if (work === undefined) return { ...candidate, loadSeconds }
  const loading = chargeLine({ ...work, label: 'GPU time, loading', quantity: loadSeconds })
  const raised = quote.expectedNano + loading.amountNano
  const expectedNano = raised < quote.highNano ? raised : quote.highNano
  const dearer = { ...quote, expectedNano }
  return { ...candidate, quote: dearer, lines: [...lines, loading], loadSeconds }
}
