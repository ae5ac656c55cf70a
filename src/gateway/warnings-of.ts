import { deprecation } from '../core/catalog/catalog.ts'
import { offerName } from '../core/catalog/model.ts'
import type { Warning } from '../core/request/image-request.ts'
import { policyWarnings } from './after-refusal.ts'
import { isEstimated, type Run } from './run.ts'
import { reserveWarnings } from './stages/plan-learned.ts'
import { printPreview } from './stages/plan-preview.ts'

/** Everything that was adapted, dropped or replaced on the way of a request, in words. */
export function warningsOf(run: Run, delivered: number): readonly Warning[] {
  const used = new Set(
    run.ended.filter((ended) => ended.images.length > 0).map((ended) => ended.attempt.step),
  )
  const ageing = run.resolution.auto === undefined ? [] : [...used]
  const warnings: Warning[] = [
    ...run.warnings,
    ...ageing.flatMap((index) => {
      const model = run.plan?.steps[index]?.model
      return model === undefined ? [] : deprecation(model, run.startedAt)
    }),
    ...[...used].flatMap((index) => bending(run, index)),
    ...run.ended.flatMap((ended) => ended.warnings),
    ...policyWarnings(run),
    ...reserveWarnings(run, used),
  ]
  if (delivered > 0 && delivered < run.request.n) {
    const message = `${delivered} of ${run.request.n} images could be made.`
    warnings.push({ code: 'fewer_images', param: 'n', message })
  }
  if (isEstimated(run)) {
    const message = 'A provider did not say whether it charged; the cost is an estimate.'
    warnings.push({ code: 'cost_estimated', message })
  }
  return warnings
}

/** What was adapted or dropped by the steps that made pictures. */
function bending(run: Run, index: number): Warning[] {
  const step = run.plan?.steps[index]
  const reports = step?.fit.reports ?? []
  return reports.flatMap(({ param, outcome, detail }): Warning[] => {
    if (outcome === 'honoured') return []
    if (param === 'operation' && step !== undefined) {
      const message = `${offerName(step.model)} has no ${run.request.operation}: ${detail}.`
      return [{ code: 'emulated', param, message }]
    }
    if (param === 'partial_images' && run.plan?.preview !== undefined) {
      const message = `${detail}: ${printPreview(run.plan.preview)}.`
      return [{ code: 'parameter_approximated', param, message }]
    }
    const code = outcome === 'dropped' ? 'parameter_dropped' : 'parameter_approximated'
    const message = `${param} was ${outcome}${detail === undefined ? '' : `: ${detail}`}.`
    return [{ code, param, message }]
  })
}
