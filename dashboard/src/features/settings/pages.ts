export { AccountPage } from "./account-page.tsx";
export { AuditPage } from "./audit-page.tsx";
export { MembersPage } from "./members-page.tsx";
export { ServerPage } from "./server-page.tsx";
export { SessionsPage } from "./sessions-page.tsx";
