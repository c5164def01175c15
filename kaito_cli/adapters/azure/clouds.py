"""How each of Azure's clouds is named by those who sign in to it."""

from kaito_cli.model import AzureCloud

# as the Azure CLI names them: `az cloud list`
CLI_NAMES = {
    AzureCloud.PUBLIC: "AzureCloud",
    AzureCloud.GOVERNMENT: "AzureUSGovernment",
    AzureCloud.CHINA: "AzureChinaCloud",
}
# What a federated credential of each cloud expects as audience (entra-docs,
# workload-identity-federation-config-app-trust-managed-identity.md, November 2026)
EXCHANGE_AUDIENCES = {
    AzureCloud.PUBLIC: "api://AzureADTokenExchange",
    AzureCloud.GOVERNMENT: "api://AzureADTokenExchangeUSGov",
    AzureCloud.CHINA: "api://AzureADTokenExchangeChina",
}


def authority_of(cloud: AzureCloud) -> str:
    """The host of Microsoft Entra that signs in to ``cloud``."""
    from azure.identity import AzureAuthorityHosts

    return {
        AzureCloud.PUBLIC: AzureAuthorityHosts.AZURE_PUBLIC_CLOUD,
        AzureCloud.GOVERNMENT: AzureAuthorityHosts.AZURE_GOVERNMENT,
        AzureCloud.CHINA: AzureAuthorityHosts.AZURE_CHINA,
    }[cloud]
