"""Which of the GPUs that Azure's sizes carry Amazon has too, and what Karpenter calls them."""

# Device → value of karpenter.k8s.aws/instance-gpu-name: EC2's short name of the GPU in lower case,
# dashes for spaces (aws/karpenter-provider-aws pkg/providers/instancetype/types.go). The
# machines: g4dn, g5, p3, p3dn, p4d, p4de, p5, p5e and p5en, g7e (kaito-project/kaito
# pkg/sku/aws_sku_handler.go; docs.aws.amazon.com/eks ml-eks-optimized-ami; read 2026-11). An A10G
# is an A10 in all that is counted here (presets/gpus/devices.yaml); H100s there are no NVL.
EC2_GPUS = {
    "T4": "t4",
    "A10": "a10g",
    "V100-16GB": "v100",
    "V100-32GB": "v100",
    "A100-40GB": "a100",
    "A100-80GB": "a100",
    "H100-SXM": "h100",
    "H200": "h200",
    "RTX-PRO-6000-Server": "rtx-pro-server-6000",
}
MOST_GPUS_OF_A_MACHINE = 8
