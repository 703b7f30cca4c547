export { ActivityPage } from "./activity-page.tsx";
export { DecisionPage } from "./decision-page.tsx";
