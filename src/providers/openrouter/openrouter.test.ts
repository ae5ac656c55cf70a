import { testProvider } from '../../testing/test-provider.ts'
import openrouter from './index.ts'
import sandbox from './sandbox.ts'

testProvider(openrouter, sandbox, { fixtures: new URL('./fixtures/', import.meta.url) })
