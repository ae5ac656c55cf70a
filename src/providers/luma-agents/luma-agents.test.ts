import { testProvider } from '../../testing/test-provider.ts'
import lumaAgents from './index.ts'
import emulator from './sandbox.ts'

testProvider(lumaAgents, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })
