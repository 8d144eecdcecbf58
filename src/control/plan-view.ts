/** A plan as it leaves the agent: what people and scripts need, without file contents or definitions. */
import type { AgentEvent } from "../agent/agent-event.ts";
import type { Action, Plan } from "../plan/action.ts";

export type ActionView = Pick<
  Action,
  | "id"
  | "kind"
  | "subject"
  | "cause"
  | "reason"
  | "changes"
  | "disruption"
  | "dependsOn"
  | "afterVerify"
  | "optional"
>;

export interface PlanView {
  readonly actions: readonly ActionView[];
  readonly blocked: Plan["blocked"];
}

export interface PlanViewAnswer {
  readonly revision: string;
  readonly plan: PlanView;
}

type Stamp = Pick<AgentEvent, "at" | "pass">;

export type EventView =
  | Exclude<AgentEvent, { readonly type: "planned" }>
  | (Stamp & { readonly type: "planned"; readonly revision: string; readonly plan: PlanView });

export function viewPlan(plan: PlanView): PlanView {
  return { actions: plan.actions.map(viewAction), blocked: plan.blocked };
}

export function viewEvent(event: AgentEvent): EventView {
  return event.type === "planned" ? { ...event, plan: viewPlan(event.plan) } : event;
}

function viewAction(action: ActionView): ActionView {
  const { id, kind, subject, cause, reason, changes, disruption, dependsOn } = action;
  return {
    id,
    kind,
    subject,
    cause,
    reason,
    changes,
    disruption,
    dependsOn,
    ...(action.afterVerify ? { afterVerify: true } : {}),
    ...(action.optional ? { optional: true } : {}),
  };
}
