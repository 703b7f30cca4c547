export { EditPolicyPage } from "./edit-policy-page.tsx";
export { NewPolicyPage } from "./new-policy-page.tsx";
export { PoliciesPage } from "./policies-page.tsx";
export { PolicyPage } from "./policy-page.tsx";
