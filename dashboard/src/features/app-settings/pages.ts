export { BasicsPage } from "./basics-page.tsx";
export { ClientsPage } from "./clients-page.tsx";
export { DangerPage } from "./danger-page.tsx";
export { DomainsPage } from "./domains-page.tsx";
