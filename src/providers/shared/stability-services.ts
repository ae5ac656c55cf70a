import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Operation } from '../../core/request/operation.ts'

// Names of Stability's image services, whoever runs them (platform.stability.ai/docs/api-reference,
// read 2026-11-20; docs.aws.amazon.com, Stability AI Image Services, read 2026-11-26).

/** The caller's words, under the name that a service has for them; nothing where it takes none. */
export function toServiceWords({ model, operation, prompt, details }: CallPlan): JsonObject {
  if (prompt === '' || model.operationLimits?.[operation]?.prompt === 'none') return {}
  switch (details?.kind) {
    case 'search_and_replace':
      return { prompt, search_prompt: details.search }
    case 'search_and_recolor':
      return { prompt, select_prompt: details.search }
    default:
      return operation === 'replace_background' ? { background_prompt: prompt } : { prompt }
  }
}

/** What an operation says beside words; undefined where it has no details of its own. */
export function toServiceDetails(
  { details }: Pick<CallPlan, 'details'>,
  aspect: string | undefined,
): JsonObject | undefined {
  switch (details?.kind) {
    case 'outpaint': {
      const { left, right, top, bottom } = details.expand
      return { left, right, up: top, down: bottom }
    }
    case 'control':
      return details.control === 'style'
        ? { aspect_ratio: aspect, fidelity: details.strength }
        : { control_strength: details.strength }
    case 'style_transfer':
      return { style_strength: details.strength }
    default:
      return undefined
  }
}

const pictureNames: { readonly [Name in Operation]?: readonly string[] } = {
  style_transfer: ['init_image', 'style_image'],
  replace_background: ['subject_image', 'background_reference'],
}

/** The names of the input images, in their order. */
export const servicePictures = (operation: Operation): readonly string[] =>
  pictureNames[operation] ?? ['image']
