"""Procedimientos del Manual de la DSTC: código 7081-MP-SI, revisión 09, 20 de noviembre de 2025."""
