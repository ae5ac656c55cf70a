import { paysOff } from '../core/cache/similarity/pays-off.ts'
import type { Dependencies } from './dependencies.ts'
import { routerPrice } from './router-price.ts'
import type { Run } from './run.ts'

/**
 * Whether a hit that is right with a probability is worth its risk: a wrong picture costs what a
 * bad one costs its purpose; a new one what the router pays.
 */
export function isWorthIt(right: number, run: Run, deps: Dependencies): boolean {
  const whole = routerPrice(run, deps)
  // Nobody can make it now: then one that may be wrong is better than none.
  if (whole === undefined) return true
  return paysOff({
    right,
    newNano: whole / BigInt(run.request.n),
    wrongNano: deps.purposes.of(run.request.purpose).badImageNano,
  })
}
