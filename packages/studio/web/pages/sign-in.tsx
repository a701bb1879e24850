// What somebody without a session sees: how to come in.

import { EmptyState } from '../components/empty-state.tsx'
import { signInProblem } from '../state/session.ts'

export function SignInPage() {
  return (
    <main class="sign-in" data-testid="page-sign-in">
      <EmptyState title="Open the link you were given">
        {signInProblem.value !== null && (
          <p class="bad" role="alert">
            {signInProblem.value}
          </p>
        )}
        <p>
          You come in by a link of your own. If you started the studio yourself, it is printed in the
          terminal. If somebody invited you, ask them for a new one.
        </p>
      </EmptyState>
    </main>
  )
}
