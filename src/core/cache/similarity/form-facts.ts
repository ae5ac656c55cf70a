import type { PromptForm } from '../prompt-form/prompt-form.ts'
import type { Thing } from '../prompt-form/scene.ts'

/** All words of the scenes of a form, in their order; relations stand between what they join. */
export const wordsOf = ({ scenes }: PromptForm): readonly string[] =>
  scenes.flatMap((links) =>
    links.flatMap(({ relation, things }) => [
      ...(relation === '' ? [] : [relation]),
      ...things.flatMap(({ count, modifiers, head }) => [
        ...(count === '1' ? [] : [count]),
        ...modifiers,
        ...(head === '' ? [] : [head]),
      ]),
    ]),
  )

/** All things of the scenes of a form, in their order. */
export const thingsOf = ({ scenes }: PromptForm): readonly Thing[] =>
  scenes.flatMap((links) => links.flatMap(({ things }) => things))

/** How the things of a form are joined, scene by scene. */
export const relationsOf = ({ scenes }: PromptForm): string =>
  scenes
    .map((links) => links.map(({ relation, things }) => `${relation}:${things.length}`).join(' '))
    .join(' | ')

/** How many of each thing there are, in their order. */
export const countsOf = (form: PromptForm): string =>
  thingsOf(form)
    .map(({ count }) => count)
    .join(' ')
